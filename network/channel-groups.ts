// Channels that appear in the same tensors equally often, as one group each.

/** The tensors of one group, each as often as its channels appear there, and how many channels it has. */
export interface GroupMembers {
  readonly tensors: readonly number[];
  readonly size: number;
}

export interface ChannelGroups {
  /** By group, in the order in which their first channels appear. */
  readonly members: readonly GroupMembers[];
  /** By root of a channel. */
  readonly groupOfRoot: Int32Array;
  /** By root of a channel: its place in the group. */
  readonly positionOfRoot: Int32Array;
}

/**
 * Lists of tensors as nodes of a tree, told apart by number: list k is that of its parent and one tensor more. A
 * network has a hundred thousand channel appearances and some hundred different lists.
 */
class TensorLists {
  private readonly parents: number[] = [0];
  private readonly last: number[] = [-1];
  private readonly children = new Map<number, number>();
  private readonly tensors: number;

  constructor(tensors: number) {
    this.tensors = tensors;
  }

  /** Number of the list with this tensor more; 0 is the empty list. */
  with(list: number, tensor: number): number {
    const key = list * this.tensors + tensor;
    const known = this.children.get(key);
    if (known !== undefined) return known;
    const made = this.parents.length;
    this.parents.push(list);
    this.last.push(tensor);
    this.children.set(key, made);
    return made;
  }

  of(list: number): number[] {
    const found: number[] = [];
    for (let at = list; at !== 0; at = this.parents[at] as number) found.push(this.last[at] as number);
    return found.reverse();
  }
}

/**
 * @param roots by tensor: the root of each of its channels
 * @param count of channels, roots among them
 */
export function groupChannels(roots: readonly Int32Array[], count: number): ChannelGroups {
  const lists = new TensorLists(roots.length);
  const listOfRoot = new Int32Array(count);
  const seen: number[] = [];
  roots.forEach((channels, tensor) => {
    for (const root of channels) {
      const list = listOfRoot[root] as number;
      if (list === 0) seen.push(root);
      listOfRoot[root] = lists.with(list, tensor);
    }
  });
  const groupOfList = new Map<number, number>();
  const sizes: number[] = [];
  const groupOfRoot = new Int32Array(count).fill(-1);
  const positionOfRoot = new Int32Array(count);
  for (const root of seen) {
    const list = listOfRoot[root] as number;
    const group = groupOfList.get(list) ?? sizes.push(0) - 1;
    groupOfList.set(list, group);
    groupOfRoot[root] = group;
    positionOfRoot[root] = sizes[group] as number;
    sizes[group] = (sizes[group] as number) + 1;
  }
  const members = [...groupOfList].map(([list, group]) => ({
    tensors: lists.of(list),
    size: sizes[group] as number,
  }));
  return { members, groupOfRoot, positionOfRoot };
}
