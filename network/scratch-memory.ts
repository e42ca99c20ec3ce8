// Memory that is used again: on virtual machines the first touch of fresh memory can take 20 µs a page.

/** Grows by whole chunks of this, in bytes. */
const CHUNK_BYTES = 2 ** 24;
/** Typed arrays of any element begin at multiples of this. */
const ALIGNMENT = 64;

/** Hands out arrays from memory that it keeps; {@link reset} takes them all back. */
export class ScratchMemory {
  private chunks: ArrayBuffer[] = [];
  private chunk = 0;
  private used = 0;

  /** All arrays handed out before are free to be written over. */
  reset(): void {
    this.chunk = 0;
    this.used = 0;
  }

  /** Not cleared: what was there before is still in it. */
  floats(count: number): Float32Array {
    const { buffer, from } = this.take(4 * count);
    return new Float32Array(buffer, from, count);
  }

  /** As {@link floats}. */
  bytes(count: number): Uint8Array {
    const { buffer, from } = this.take(count);
    return new Uint8Array(buffer, from, count);
  }

  private take(bytes: number): { buffer: ArrayBuffer; from: number } {
    for (; ; this.chunk++, this.used = 0) {
      let buffer = this.chunks[this.chunk];
      if (buffer === undefined) {
        buffer = new ArrayBuffer(Math.ceil(Math.max(1, bytes) / CHUNK_BYTES) * CHUNK_BYTES);
        this.chunks.push(buffer);
      }
      if (this.used + bytes > buffer.byteLength) continue;
      const from = this.used;
      this.used = Math.ceil((from + bytes) / ALIGNMENT) * ALIGNMENT;
      return { buffer, from };
    }
  }
}
