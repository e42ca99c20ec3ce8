// GPU time stamps around every shader program of the WebGPU backend of tfjs, in situ.
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';

/** The most that WebGPU allows in one query set, two per program. */
const QUERIES_PER_SET = 4096;
const BYTES_PER_QUERY = 8;

/** One shader program as the GPU ran it. */
export interface ProgramTiming {
  /** Name of its class in tfjs-backend-webgpu, such as `Conv2DMMProgram` or, on four values at a time, `… vec4`. */
  readonly program: string;
  readonly durationUs: number;
}

/** Private parts of the backend, as of 4.22: it records one program at a time into a compute pass. */
interface Recording {
  commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  recordAndSubmit(program: Program, ...others: unknown[]): void;
}

interface Program {
  readonly isVec4?: boolean;
  /** Values per element of the output. */
  readonly outputComponent?: number;
}

function nameOf(program: Program): string {
  const vec4 = program.isVec4 === true || program.outputComponent === 4;
  return `${program.constructor.name}${vec4 ? ' vec4' : ''}`;
}

/**
 * Times every program that a backend runs by time stamps of the GPU, in situ: the work goes to the GPU in the same
 * batches as without, only each program in a compute pass of its own, and nothing is waited for until the end. (tfjs's
 * own `time` submits and reads back after every program.)
 */
export class ProgramRecorder {
  private readonly backend: Recording;
  private readonly device: GPUDevice;
  private readonly querySets: GPUQuerySet[] = [];
  private readonly names: string[] = [];
  private recording = false;

  /** @param backend its device must have the feature timestamp-query */
  constructor(backend: WebGPUBackend) {
    this.backend = backend as unknown as Recording;
    this.device = backend.device as unknown as GPUDevice;
    const record = this.backend.recordAndSubmit.bind(backend);
    this.backend.recordAndSubmit = (program, ...others) => {
      if (this.recording) this.beginPass(nameOf(program));
      record(program, ...others);
      if (this.recording) this.backend.endComputePassEncoder();
    };
  }

  /** Programs recorded since {@link start}. */
  get count(): number {
    return this.names.length;
  }

  start(): void {
    this.names.length = 0;
    this.recording = true;
  }

  private beginPass(name: string): void {
    const { backend } = this;
    backend.endComputePassEncoder();
    backend.ensureCommandEncoderReady();
    const query = 2 * this.names.length;
    const set = Math.floor(query / QUERIES_PER_SET);
    this.querySets[set] ??= this.device.createQuerySet({ type: 'timestamp', count: QUERIES_PER_SET });
    const at = query % QUERIES_PER_SET;
    backend.computePassEncoder = (backend.commandEncoder as GPUCommandEncoder).beginComputePass({
      timestampWrites: {
        querySet: this.querySets[set],
        beginningOfPassWriteIndex: at,
        endOfPassWriteIndex: at + 1,
      },
    });
    this.names.push(name);
  }

  /** Ends the recording, waits for the GPU and returns the programs in the order in which they ran. */
  async finish(): Promise<ProgramTiming[]> {
    this.recording = false;
    const names = [...this.names];
    if (names.length === 0) return [];
    const { backend, device } = this;
    backend.ensureCommandEncoderReady();
    backend.endComputePassEncoder();
    const size = 2 * names.length * BYTES_PER_QUERY;
    const resolved = device.createBuffer({
      size,
      usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    });
    const staging = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    const encoder = backend.commandEncoder as GPUCommandEncoder;
    for (let from = 0; from < 2 * names.length; from += QUERIES_PER_SET) {
      const set = this.querySets[from / QUERIES_PER_SET] as GPUQuerySet;
      const count = Math.min(QUERIES_PER_SET, 2 * names.length - from);
      encoder.resolveQuerySet(set, 0, count, resolved, from * BYTES_PER_QUERY);
    }
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
    backend.submitQueue();
    await staging.mapAsync(GPUMapMode.READ);
    const stampsNs = new BigUint64Array(staging.getMappedRange().slice(0));
    staging.destroy();
    resolved.destroy();
    return names.map((program, index) => ({
      program,
      durationUs: Number((stampsNs[2 * index + 1] ?? 0n) - (stampsNs[2 * index] ?? 0n)) / 1e3,
    }));
  }

  dispose(): void {
    for (const set of this.querySets) set.destroy();
  }
}
