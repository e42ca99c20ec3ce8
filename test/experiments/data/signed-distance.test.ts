import { expect, test } from 'vitest';
import { SHAPES, signedDistance } from '../../../experiments/data/signed-distance.ts';
import { TEXTURES, textureBlend } from '../../../experiments/data/textures.ts';

test.each(SHAPES)('a %s covers the area of a circle of its radius', (shape) => {
  const radius = 40;
  let covered = 0;
  for (let y = -80; y < 80; y += 0.25) {
    for (let x = -80; x < 80; x += 0.25) {
      if (signedDistance(shape, x, y, radius) < 0) covered += 0.25 ** 2;
    }
  }

  expect(Math.abs(covered / (Math.PI * radius ** 2) - 1)).toBeLessThan(0.01);
});

test.each(TEXTURES)('the two colours of a %s texture share the area equally', (texture) => {
  let blend = 0;
  for (let v = 0; v < 60; v++) {
    for (let u = 0; u < 60; u++) blend += textureBlend(texture, u, v, 3);
  }

  expect(blend / 3600).toBeCloseTo(0.5, 2);
});
