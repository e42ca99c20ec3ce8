// The shapes of the generated images, by signed distance: exact outlines at any size and turn.
/** Outlines that all cover the same area, so that a class cannot be read from how much of an image it fills. */
export const SHAPES = ['circle', 'square', 'triangle', 'cross', 'ring'] as const;

export type Shape = (typeof SHAPES)[number];

/**
 * Signed distance from a point to a shape's outline, negative inside.
 *
 * @param x point relative to the shape's centre, in any unit of length
 * @param y likewise
 * @param radius radius of the circle that has the shape's area, in the same unit
 * @returns the distance in that unit; exact within about a pixel of the outline, a bound elsewhere
 */
export function signedDistance(shape: Shape, x: number, y: number, radius: number): number {
  switch (shape) {
    case 'circle':
      return Math.hypot(x, y) - radius;
    case 'square': {
      const half = (Math.sqrt(Math.PI) / 2) * radius;
      return box(x, y, half, half);
    }
    case 'triangle': {
      // Equilateral: area 3 sqrt(3) inradius^2.
      const inradius = Math.sqrt(Math.PI / (3 * Math.sqrt(3))) * radius;
      return Math.max(-y, (Math.sqrt(3) / 2) * Math.abs(x) + y / 2) - inradius;
    }
    case 'cross': {
      // Arms 0.4 as wide as they are long: area 2.56 arm^2.
      const arm = Math.sqrt(Math.PI / 2.56) * radius;
      return Math.min(box(x, y, arm, 0.4 * arm), box(x, y, 0.4 * arm, arm));
    }
    case 'ring': {
      // A hole half as wide as the ring leaves three quarters of the disc.
      const outer = Math.sqrt(4 / 3) * radius;
      const distance = Math.hypot(x, y);
      return Math.max(distance - outer, outer / 2 - distance);
    }
  }
}

function box(x: number, y: number, halfWidth: number, halfHeight: number): number {
  return Math.max(Math.abs(x) - halfWidth, Math.abs(y) - halfHeight);
}
