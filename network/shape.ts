// The shape of a tensor.

/** Shape of one example, NHWC without N. A flat (rank 2) tensor has height and width 1. */
export interface Shape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly flat: boolean;
}
