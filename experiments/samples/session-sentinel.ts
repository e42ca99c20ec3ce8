// The sentinel of a session that compares with a device profile: the profile's own, so that both have it in common.
import type { Device } from '../../calibration/device-profile.ts';
import { measuredLike } from '../../calibration/profiled-network.ts';
import { type ChannelPlan, planChannels } from '../../network/channel-plan.ts';
import type { Network } from '../../network/network.ts';
import { ZOO, zooNetwork } from '../../network/zoo/index.ts';
import { sentinelNetwork } from '../../profiler/timing/sentinel.ts';

/** A sentinel, and the network that it is made of. */
export interface SessionSentinel {
  readonly family: string;
  readonly network: Network;
}

/**
 * The sentinel of a profile's first network where that is in the zoo; else, or without a profile, one of the network that
 * the session measures.
 * @param plan of that network
 */
export function sessionSentinel(plan: ChannelPlan, device: Device | undefined): SessionSentinel {
  const own = plan.network.name;
  const theirs = device?.kind === 'measured' ? device.profile.settings.networks[0] : undefined;
  const family = theirs !== undefined && Object.hasOwn(ZOO, theirs) ? theirs : own;
  const of = family === own ? plan : planChannels(zooNetwork(family));
  return { family, network: measuredLike(sentinelNetwork(of), device === undefined ? [] : [device]) };
}
