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

// Your model.
const model = tf.sequential({
  layers: [
    tf.layers.conv2d({
      inputShape: [16, 16, 1],
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
  canvas.width = canvas.height = 16;
  const context = canvas.getContext('2d');
  context.fillStyle = '#fff';
  for (let at = index % 4; at < 16; at += 4) {
    if (index % 2 === 0) context.fillRect(at, 0, 2, 16);
    else context.fillRect(0, at, 16, 2);
  }
  return tf.tidy(() => tf.browser.fromPixels(canvas, 1).div(255));
}
const count = 64;
const images = tf.stack(Array.from({ length: count }, (_, index) => drawn(index)));
const labels = tf.oneHot(
  tf.tensor1d(
    Array.from({ length: count }, (_, index) => index % 2),
    'int32',
  ),
  2,
);

const [rate, momentum] = [0.05, 0.9];
model.compile({
  optimizer: tf.train.momentum(rate, momentum),
  loss: 'categoricalCrossentropy',
  metrics: ['accuracy'],
});
const regularizer = new GammaLatency(model, { device });
const fullUs = regularizer.cost();
const strength = 1 / fullUs;

await model.fit(images, labels, {
  epochs: 12,
  batchSize: 32,
  callbacks: {
    async onBatchEnd() {
      await regularizer.refresh();
      regularizer.proximalStep((rate / (1 - momentum)) * strength);
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
const smaller = shrink(model, regularizer.alive());
log(
  `${fullUs.toFixed(3)} → ${regularizer.cost().toFixed(3)} µs, ${model.countParams()} → ${smaller.countParams()} weights`,
);

const link = document.querySelector('#onnx');
link.href = URL.createObjectURL(new Blob([await onnxBytes(smaller)]));
link.hidden = false;
