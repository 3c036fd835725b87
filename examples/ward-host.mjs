// Many beds on one broker: one of the hosts of a ward. Each bed has its own status, retained, and its own last will. Build first (npm run build), then:
//   node examples/ward-host.mjs mqtt://broker bed-1=/dev/ttyACM0 bed-2=tcp://10.0.0.5:5000
import { connect, mqttSink } from 'isochrone';

const [url = 'mqtt://127.0.0.1', ...beds] = process.argv.slice(2);

async function serve(bed, address) {
  const device = connect(address);
  process.once('SIGINT', () => device.close());
  const sink = mqttSink({ url, bed, onTrouble: (error) => console.error(error.describe()) });
  for await (const event of device.events()) sink.publish(event);
  await sink.close();
}

process.setMaxListeners(beds.length + 10);
await Promise.all(
  beds.map((given) => {
    const [bed, ...address] = given.split('=');
    return serve(bed, address.join('='));
  }),
);
