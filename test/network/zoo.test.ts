import { describe, expect, test } from 'vitest';
import { planChannels } from '../../network/channel-plan.ts';
import { MorphNetView } from '../../network/morph-net-view.ts';
import { checkedNetwork } from '../../network/network.ts';
import { UserError } from '../../network/user-error.ts';
import { inception32 } from '../../network/zoo/inception-32.ts';
import { ZOO, zooNetwork } from '../../network/zoo/index.ts';

describe('the zoo', () => {
  test.each(Object.keys(ZOO))('has a sound network called %s', (name) => {
    const network = zooNetwork(name);
    expect(network.name).toBe(name);
    expect(checkedNetwork(network)).toBe(network);
    expect(planChannels(network).groups.filter(({ fixed }) => !fixed).length).toBeGreaterThan(10);
  });

  test('says what it has when asked for something else', () => {
    const message = `got network 'inception-v9'; expected one of ${Object.keys(ZOO).join(', ')}; correct the name`;
    expect(() => zooNetwork('inception-v9')).toThrow(UserError);
    expect(() => zooNetwork('inception-v9')).toThrow(message);
  });

  test('does not take a property of every object for a network', () => {
    expect(() => zooNetwork('constructor')).toThrow("got network 'constructor'");
    expect(() => zooNetwork('toString')).toThrow(UserError);
  });

  test('makes an Inception of 42 MFLOP for 32×32 images, with as many classes as asked for', () => {
    const plan = planChannels(inception32(7));
    expect(plan.shapes.get('Logits/Dense')?.channels).toBe(7);
    const { flops } = new MorphNetView(plan).totals(plan.fullWidths, [], new Float64Array());
    expect(Math.round(flops / 1e6)).toBe(42);
  });
});
