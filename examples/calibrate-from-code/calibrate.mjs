// A device profile of this machine from code, and predictions with it: node calibrate.mjs [OUT] [SECONDS] [ENGINE]
import { calibrate, deviceFrom, NetworkBuilder, predictNetwork } from 'morphline';

const [out = 'runs/device', seconds = '60', engine = 'wasm'] = process.argv.slice(2);

// The network that this machine is to be calibrated for. One in a file: readModelFile('mine.onnx').network
const builder = new NetworkBuilder('mine');
const image = builder.input(32, 32, 3);
const conv1 = builder.conv('conv1', image, 32, 3);
const conv2 = builder.conv('conv2', conv1, 64, 3, { strides: 2 });
const conv3 = builder.conv('conv3', conv2, 64, 3, { strides: 2 });
const pooled = builder.simple('global-avg-pool', 'pool', conv3);
const network = builder.build(builder.dense('logits', pooled, 10));

const profile = await calibrate({
  networks: [network],
  engine,
  budgetSeconds: Number(seconds),
  out,
  onProgress: ({ fraction, text }) => process.stderr.write(`${Math.round(100 * fraction)} %  ${text}\n`),
});

const percent = (share) => `${(100 * share).toFixed(1)} %`;
const { mape, noise, baselines } = profile.validation;
console.log(profile.name);
console.log(
  `off by ${percent(mape)} on networks it had not seen; a perfect model by ${percent(noise)}, their noise`,
);
console.log(`FLOPs alone, scaled to fit: ${percent(baselines.flops)}`);

const device = deviceFrom(profile);
for (const width of [16, 32, 48, 64]) {
  const { latencyUs, flops } = predictNetwork(network, device, { widths: { conv2: width } });
  console.log(`conv2 ${width} wide: ${latencyUs.toFixed(0)} µs, ${(flops / 1e6).toFixed(1)} MFLOPs`);
}
