import { expect, test } from 'vitest';
import { domainOf } from '../../../calibration/fit/domain.ts';
import { testKernel } from '../test-kernel.ts';

test('a domain is the range of each axis, class by class', () => {
  const samples = [
    testKernel({ kernelClass: 'a', inputChannels: 8, outputChannels: 32 }),
    testKernel({ kernelClass: 'b' }),
    testKernel({ kernelClass: 'a', inputChannels: 4, outputChannels: 64, output: { height: 3, width: 5 } }),
  ].map((kernel) => ({ kernel, latencyUs: 1 }));
  expect(domainOf(samples)).toEqual({
    a: { samples: 2, inputChannels: [4, 8], outputChannels: [32, 64], outputPixels: [15, 64] },
    b: { samples: 1, inputChannels: [64, 64], outputChannels: [64, 64], outputPixels: [64, 64] },
  });
});

test('without samples nothing is inside', () => {
  expect(domainOf([])).toEqual({});
});
