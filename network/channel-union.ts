// Disjoint sets of channels, united one by one as layers tie them.

/** Channels are numbered as they are made. */
export class ChannelUnion {
  private readonly parent: number[] = [];

  /** Channels that there are. */
  get count(): number {
    return this.parent.length;
  }

  fresh(count: number): Int32Array {
    const first = this.parent.length;
    for (let i = 0; i < count; i++) this.parent.push(first + i);
    return Int32Array.from({ length: count }, (_, i) => first + i);
  }

  find(channel: number): number {
    let root = channel;
    while (this.parent[root] !== root) root = this.parent[root] as number;
    let walk = channel;
    while (walk !== root) {
      const next = this.parent[walk] as number;
      this.parent[walk] = root;
      walk = next;
    }
    return root;
  }

  unite(a: number, b: number): void {
    const rootA = this.find(a);
    const rootB = this.find(b);
    // The smaller index stays root, so that a group keeps the order of its first producer.
    if (rootA < rootB) this.parent[rootB] = rootA;
    else this.parent[rootA] = rootB;
  }
}
