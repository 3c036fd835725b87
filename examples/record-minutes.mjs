// Records a device for some minutes as WFDB. Build first (npm run build), then:
//   node examples/record-minutes.mjs tcp://127.0.0.1:5000 recordings 5
import { connect, startRecorder } from 'isochrone';

const [address = '/dev/ttyACM0', folder = 'recordings', minutes = '5'] = process.argv.slice(2);
const device = connect(address);
const recorder = startRecorder({ folder, name: 'example', sampleRateHz: 500 });
setTimeout(() => device.close(), Number(minutes) * 60_000);
process.once('SIGINT', () => device.close());

for await (const event of device.events()) recorder.publish(event);
await recorder.close();
console.log(recorder.account());
