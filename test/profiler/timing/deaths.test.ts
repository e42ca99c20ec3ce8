import { expect, test } from 'vitest';
import { Deaths } from '../../../profiler/timing/deaths.ts';

test('a stage on which three processes die in a row has had its chances', () => {
  const deaths = new Deaths();
  for (const last of [false, false, true]) {
    deaths.begin();
    deaths.reached({ step: 'run', id: 'a' });
    expect(deaths.died()).toBe(last);
  }
});

test('a stage that a later process passes was not to blame', () => {
  const deaths = new Deaths();
  for (let death = 0; death < 2; death++) {
    deaths.begin();
    deaths.reached({ step: 'run', id: 'a' });
    deaths.died();
  }
  deaths.begin();
  deaths.reached({ step: 'run', id: 'a' });
  deaths.reached({ step: 'run', id: 'b' });
  deaths.begin();
  deaths.reached({ step: 'run', id: 'a' });
  expect(deaths.died()).toBe(false);
});

test('processes that die before any network are counted too', () => {
  const deaths = new Deaths();
  const died = [1, 2, 3].map(() => {
    deaths.begin();
    return deaths.died();
  });
  expect(died).toEqual([false, false, true]);
});
