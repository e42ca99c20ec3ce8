// A node whose operator is kept as it is, as the rules of its shapes see it.
import { DATA_TYPE, type SizedTensor } from '../tensor-type.ts';
import type { NodeSite } from './node-site.ts';
import { isFloatType } from './tensors.ts';

/** The shapes that a node reads. */
export class OpView {
  readonly site: NodeSite;
  private readonly inputs: readonly (SizedTensor | undefined)[];

  constructor(site: NodeSite, inputs: readonly (SizedTensor | undefined)[]) {
    this.site = site;
    this.inputs = inputs;
  }

  /** @throws UserError where the node lacks it */
  input(index: number): SizedTensor {
    return (
      this.inputs[index] ??
      this.site.fail(`no input ${index}`, 'the inputs that the operator has', 'correct the model')
    );
  }

  /** Those that there are. */
  all(): SizedTensor[] {
    return this.inputs.flatMap((input) => (input === undefined ? [] : [input]));
  }

  /** Floating-point types are all float32 here. */
  floating(dataType: number): number {
    return isFloatType(dataType) ? DATA_TYPE.float32 : dataType;
  }
}

/** What a node makes, output by output. */
export type ShapeRule = (op: OpView) => readonly SizedTensor[];
