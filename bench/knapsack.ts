// Choosing Inception V2's widths as a knapsack, against one prediction of its latency at all widths: npm run bench -- knapsack
import { openDevice } from '../calibration/open-device.ts';
import { ChannelSlots } from '../morphnet/channel-slots.ts';
import { knapsackWidths } from '../morphnet/knapsack-widths.ts';
import { latencyResource } from '../morphnet/resource.ts';
import { planChannels } from '../network/channel-plan.ts';
import { seededNormals } from '../network/weights.ts';
import { zooNetwork } from '../network/zoo/index.ts';

const PROFILE = 'profiles/amd-epyc-onnxruntime-1-thread-inception-v2.json';
const PREDICTIONS = 1000;

const plan = planChannels(zooNetwork('inception-v2'));
const slots = new ChannelSlots(plan);
const resource = latencyResource(plan, openDevice(PROFILE));
const importance = seededNormals('importance', slots.count, 1).map(Math.abs);
const full = resource.cost(plan.fullWidths);

for (const multipleOf of [8, 16, 32]) {
  const startMs = performance.now();
  for (let run = 0; run < PREDICTIONS; run++) resource.cost(plan.fullWidths);
  const predictionMs = (performance.now() - startMs) / PREDICTIONS;
  const chosenMs = performance.now();
  const { cost } = knapsackWidths({
    slots,
    importance,
    cost: (widths) => resource.cost(widths),
    budget: 0.5 * full,
    multipleOf,
  });
  const seconds = (performance.now() - chosenMs) / 1e3;
  process.stdout.write(
    `multiples of ${multipleOf}: ${seconds.toFixed(2)} s, ${Math.round((1e3 * seconds) / predictionMs)} predictions' worth; ${((100 * cost) / full).toFixed(2)} % of the latency\n`,
  );
}
