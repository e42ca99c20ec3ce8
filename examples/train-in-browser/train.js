// An image classifier trained for a device in the browser, cut, and offered as ONNX.
import * as tf from '@tensorflow/tfjs';
import { deviceFrom, GammaLatency, onnxBytes, shrink, trainFused } from 'morphline/morphnet';

const log = (line) => {
  document.querySelector('#log').textContent += `${line}\n`;
};

// The device that it is for: one that was calibrated, or a datasheet.
const found = await fetch('device.json').catch(() => undefined);
const isProfile = found?.ok && found.headers.get('content-type')?.includes('json');
const device = deviceFrom(isProfile ? await found.json() : 'p100');

const SIZE = 12;

// Your model.
const model = tf.sequential({
  layers: [
    tf.layers.conv2d({
      inputShape: [SIZE, SIZE, 1],
      filters: 16,
      kernelSize: 3,
      padding: 'same',
      useBias: false,
    }),
    tf.layers.batchNormalization({ momentum: 0.9 }),
    tf.layers.reLU(),
    tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.conv2d({ filters: 24, kernelSize: 3, padding: 'same', useBias: false }),
    tf.layers.batchNormalization({ momentum: 0.9 }),
    tf.layers.reLU(),
    tf.layers.globalAveragePooling2d({}),
    tf.layers.dense({ units: 2, activation: 'softmax' }),
  ],
});
for (const layer of model.layers) if (layer.getClassName() === 'BatchNormalization') trainFused(layer);

// Your images: these are stripes, lying or standing, as a canvas draws them.
function drawn(index) {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIZE;
  const context = canvas.getContext('2d');
  context.fillStyle = '#fff';
  for (let at = index % 4; at < SIZE; at += 4) {
    if (index % 2 === 0) context.fillRect(at, 0, 2, SIZE);
    else context.fillRect(0, at, SIZE, 2);
  }
  return tf.tidy(() => tf.browser.fromPixels(canvas, 1).div(255));
}
const count = 48;
const images = tf.stack(Array.from({ length: count }, (_, index) => drawn(index)));
const labels = tf.oneHot(
  tf.tensor1d(
    Array.from({ length: count }, (_, index) => index % 2),
    'int32',
  ),
  2,
);

const [rate, momentum] = [0.05, 0.9];
const compiled = (any) => {
  const optimizer = tf.train.momentum(rate, momentum);
  any.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return any;
};

// Each step takes from a channel's γ what the channel costs on the device, at a price that rises until the budget is met.
const regularizer = new GammaLatency(model, { device });
const fullUs = regularizer.cost();
const budget = 0.7 * fullUs;
let price = 0.5 / fullUs;
await compiled(model).fit(images, labels, {
  epochs: 60,
  batchSize: 16,
  callbacks: {
    async onBatchEnd() {
      await regularizer.refresh();
      regularizer.proximalStep((rate / (1 - momentum)) * price);
      price *= 1.03;
      await regularizer.refresh();
      if (regularizer.cost() <= budget) model.stopTraining = true;
    },
    async onEpochEnd(epoch, { acc }) {
      await regularizer.refresh();
      log(
        `epoch ${epoch + 1}: accuracy ${acc.toFixed(2)}, ${regularizer.cost().toFixed(3)} µs on ${device.name}`,
      );
    },
  },
});

await regularizer.refresh();
const smaller = compiled(shrink(model, regularizer.alive()));
const { history } = await smaller.fit(images, labels, { epochs: 4, batchSize: 16 });
log(`${fullUs.toFixed(3)} → ${regularizer.cost().toFixed(3)} µs, accuracy ${history.acc.at(-1).toFixed(2)}`);
log(`${model.countParams()} → ${smaller.countParams()} weights`);

const link = document.querySelector('#onnx');
link.href = URL.createObjectURL(new Blob([await onnxBytes(smaller)]));
link.hidden = false;
