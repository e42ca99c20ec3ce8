// Small networks of copies, pools and products, by which bandwidth and overhead are told from compute.
import { NetworkBuilder } from '../../network/builder.ts';
import { deployedNetwork } from '../../network/deployed.ts';
import type { Network } from '../../network/network.ts';

/** Element-wise kernels, copies and pools over a map of that size: nothing but traffic. */
function trafficProbe(size: number, channels: number): Network {
  const builder = new NetworkBuilder(`probe-traffic-${size}x${size}x${channels}`);
  const input = builder.input(size, size, channels);
  const relu = builder.add({ kind: 'activation', name: 'relu', inputs: [input], activation: 'relu' });
  const sum = builder.add({ kind: 'add', name: 'add', inputs: [input, relu] });
  const joined = builder.concat('copy', [sum, relu]);
  const largest = builder.pool('max-pool', 'max-pool', joined, 3, 2);
  const average = builder.pool('avg-pool', 'avg-pool', largest, 3, 1);
  return builder.build(builder.simple('global-avg-pool', 'global-pool', average));
}

/** Matrix by matrix (by vector at batch 1): the weights are read once, so large ones show the memory. */
function matmulProbe(size: number): Network {
  const builder = new NetworkBuilder(`probe-matmul-${size}`);
  const input = builder.input(1, 1, size);
  const flat = builder.simple('flatten', 'flatten', input);
  const hidden = builder.dense('matmul_1', flat, size);
  return builder.build(builder.dense('matmul_2', hidden, size));
}

/** Convolutions from few channels (memory-bound) to many (compute-bound). */
function convolutionProbe(size: number, channels: number): Network {
  const builder = new NetworkBuilder(`probe-conv-${size}x${size}x${channels}`);
  const input = builder.input(size, size, channels);
  const point = builder.conv('conv_1x1', input, channels, 1);
  const square = builder.conv('conv_3x3', point, channels, 3);
  return deployedNetwork(builder.build(builder.conv('conv_1x1_out', square, channels, 1)));
}

/** Depthwise convolutions between pointwise ones, as separable networks have them, whatever family is calibrated. */
function separableProbe(size: number, channels: number): Network {
  const builder = new NetworkBuilder(`probe-separable-${size}x${size}x${channels}`);
  const input = builder.input(size, size, channels);
  const first = builder.conv('conv_1x1_1', input, channels, 1);
  const same = builder.depthwiseConv('depthwise_1', first, 3);
  const second = builder.conv('conv_1x1_2', same, channels, 1);
  const halved = builder.depthwiseConv('depthwise_2', second, 3, { strides: 2 });
  return deployedNetwork(builder.build(builder.conv('conv_1x1_3', halved, channels, 1)));
}

/**
 * Small networks of kernels of low and high intensity (copy, add, pool, matrix products, convolutions, depthwise ones):
 * convolutions of the family alone, mostly compute-bound, cannot identify the bandwidth.
 */
export function probeNetworks(): Network[] {
  return [
    trafficProbe(14, 64),
    trafficProbe(28, 128),
    trafficProbe(56, 128),
    trafficProbe(112, 128),
    matmulProbe(256),
    matmulProbe(1024),
    matmulProbe(3072),
    convolutionProbe(56, 8),
    convolutionProbe(28, 64),
    convolutionProbe(28, 256),
    convolutionProbe(7, 512),
    separableProbe(112, 32),
    separableProbe(56, 128),
    separableProbe(28, 256),
    separableProbe(14, 512),
    // No multiples of 4: ONNX Runtime has no blocked kernel for these.
    separableProbe(112, 23),
    separableProbe(56, 101),
    separableProbe(28, 203),
    separableProbe(14, 299),
  ];
}
