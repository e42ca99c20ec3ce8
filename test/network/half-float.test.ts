import { expect, test } from 'vitest';
import { floatToHalf, halfToFloat } from '../../network/half-float.ts';

test('every half is the half of its number', () => {
  for (let bits = 0; bits < 2 ** 16; bits++) {
    const value = halfToFloat(bits);
    if (!Number.isNaN(value)) expect(floatToHalf(value)).toBe(bits);
  }
  expect(halfToFloat(floatToHalf(Number.NaN))).toBeNaN();
});

test('what lies between two halves becomes the nearer one, in the middle the even one', () => {
  for (const bits of [0, 1, 2, 0x3ff, 0x400, 0x401, 0x3bff, 0x3c00, 0x57ff, 0x7bfe]) {
    const [low, high] = [halfToFloat(bits), halfToFloat(bits + 1)];
    const middle = (low + high) / 2;
    expect(floatToHalf(low + (high - low) * 0.49)).toBe(bits);
    expect(floatToHalf(low + (high - low) * 0.51)).toBe(bits + 1);
    expect(floatToHalf(middle)).toBe(bits % 2 === 0 ? bits : bits + 1);
    expect(floatToHalf(-middle)).toBe(0x8000 | floatToHalf(middle));
  }
});

test('what is larger than all halves is infinite from the middle to the next on', () => {
  expect(floatToHalf(65_519)).toBe(0x7bff);
  expect(floatToHalf(65_520)).toBe(0x7c00);
  expect(floatToHalf(-1e9)).toBe(0xfc00);
});
