// The fields of CSV files: texts as programs write numbers, each within what its quantity can be.
import { z } from 'zod';
import { decimal } from './decimal.ts';

/** No quantity of ours comes near it. */
const LARGEST = 1e18;
/** Thirty years. */
const LONGEST_US = 1e15;

const field = <T extends z.ZodType>(schema: T) => z.preprocess(decimal, schema);

/** Of either sign. */
export const csvNumber = field(z.number().min(-LARGEST).max(LARGEST));
export const csvAmount = field(z.number().nonnegative().max(LARGEST));
/** Of things, or the number of one. */
export const csvCount = field(z.int().nonnegative());
/** Of a network, in µs. */
export const csvLatency = field(z.number().positive().max(LONGEST_US));
/** Of what may be over before a clock has moved on, in µs. */
export const csvTime = field(z.number().nonnegative().max(LONGEST_US));
/** From 0 to 1. */
export const csvShare = field(z.number().min(0).max(1));
/** Of two times. */
export const csvRatio = field(z.number().positive().max(LARGEST));

/** Names that every object of JavaScript has something under. */
const isTaken = (name: string) => name in {};
/** What rows are grouped and looked up by. */
export const csvName = z.string().refine((name) => !isTaken(name), 'no name that JavaScript has taken');

/** Empty, or missing in files of earlier versions, is null. */
export const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' || value === undefined ? null : value), schema.nullable());

/** Not in files of earlier versions. */
export const later = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional()).optional();
