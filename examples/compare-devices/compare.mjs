// One network on two devices, as they are predicted: node compare.mjs [A] [B] [MODEL]
import { compareDevices, openDevice, predictNetwork, readModelFile, ZOO, zooNetwork } from 'morphline';

const [a = 'p100', b = 'v100', model = 'inception-v2'] = process.argv.slice(2);

const network = Object.hasOwn(ZOO, model) ? zooNetwork(model) : readModelFile(model).network;
const devices = [openDevice(a), openDevice(b)];

const {
  a: first,
  b: second,
  ratio,
  low,
  high,
  verdict,
} = compareDevices({ name: model, network }, ...devices);
console.log(
  `${model}: ${first.latency_us.toFixed(1)} µs on ${first.name}, ${second.latency_us.toFixed(1)} µs on ${second.name}`,
);
const surely =
  low === null ? 'a datasheet states no error' : `95 % of ${low.toFixed(3)} … ${high.toFixed(3)}`;
console.log(`${second.name} takes ${ratio.toFixed(3)} × the time (${surely}): ${verdict}`);

const layersOf = (device) =>
  new Map(predictNetwork(network, device, { view: 'deployed' }).layers.map((layer) => [layer.name, layer]));
const [onA, onB] = devices.map(layersOf);
const differences = [...onA.values()]
  .filter(({ name }) => onB.has(name))
  .map(({ name, kind, latencyUs }) => ({ name, kind, aUs: latencyUs, bUs: onB.get(name).latencyUs }))
  .sort((x, y) => Math.abs(y.bUs - y.aUs) - Math.abs(x.bUs - x.aUs));
const faster = differences.filter(({ aUs, bUs }) => aUs < bUs);
console.log(
  `${first.name} is the faster one in ${faster.length} of ${differences.length} layers; the largest differences:`,
);
for (const { name, kind, aUs, bUs } of differences.slice(0, 8))
  console.log(`${aUs.toFixed(2).padStart(10)} ${bUs.toFixed(2).padStart(10)} µs  ${name} (${kind})`);
