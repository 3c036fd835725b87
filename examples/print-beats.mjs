// Heart rate and the device's answers, as they come. Build first (npm run build), then:
//   node examples/print-beats.mjs /dev/ttyACM0        (or tcp://host:port)
import { connect } from 'isochrone';

const device = connect(process.argv[2] ?? '/dev/ttyACM0');
process.once('SIGINT', () => device.close());

async function beats() {
  for await (const { sampleIndex, rrMs } of device.beats()) {
    if (rrMs > 0) console.log(`beat at ${sampleIndex}: ${Math.round(60_000 / rrMs)} per minute`);
  }
}

async function results() {
  for await (const { classNames, winner, probabilities } of device.results()) {
    console.log(`${classNames[winner]} ${probabilities[winner].toFixed(2)} (research use only)`);
  }
}

await Promise.all([beats(), results()]);
const { delivered, lostOnLink, droppedByDevice } = device.statistics().samples;
console.log(
  `${delivered} samples, ${lostOnLink} lost on the link, ${droppedByDevice} by the device`,
);
