// A trained layers model cut to a share of its latency on a device, as ONNX: node prune.mjs MODEL.json DEVICE [SHARE] [OUT]
import { join } from 'node:path';
import {
  describeModel,
  knapsack,
  loadLayersModel,
  openDevice,
  openTrainingEngine,
  predictNetwork,
  saveLayersModel,
  saveOnnx,
} from 'morphline';

const [path, name = 'p100', share = '0.6', out = 'runs/pruned'] = process.argv.slice(2);
if (path === undefined) throw new Error('node prune.mjs MODEL.json: a trained layers model');

const engine = await openTrainingEngine('wasm'); // where the weights are, and where you would train on
const model = await loadLayersModel(path);
const device = openDevice(name);

const latencyUs = (any) => predictNetwork(describeModel(any).network, device).latencyUs;
const fullUs = latencyUs(model);
const { model: pruned, structure } = knapsack(model, { device, budget: Number(share) * fullUs });

await saveOnnx(model, join(out, 'full.onnx'));
await saveOnnx(pruned, join(out, 'pruned.onnx'));
await saveLayersModel(pruned, join(out, 'pruned'));

console.log(`${fullUs.toFixed(2)} → ${latencyUs(pruned).toFixed(2)} µs on ${device.name}, as predicted`);
console.log(`${model.countParams()} → ${pruned.countParams()} weights`);
for (const [layer, channels] of Object.entries(structure))
  console.log(`${String(channels).padStart(6)}  ${layer}`);
await engine.close();
