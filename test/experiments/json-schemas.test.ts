import { expect, test } from 'vitest';
import { jsonSchemas } from '../../experiments/json-schemas.ts';

test('every JSON file has a schema that requires its version field', () => {
  const schemas = jsonSchemas() as Record<
    string,
    { required: string[]; properties: { schema: { const: string } } }
  >;
  expect(Object.keys(schemas)).toEqual([
    'device.json',
    'run.json',
    'ceilings.json',
    'study.json',
    'study-analysis.json',
    'result.json',
    'morphline.budget.json',
  ]);
  for (const { required, properties } of Object.values(schemas)) {
    expect(required).toContain('schema');
    expect(properties.schema.const).toMatch(/^morphline\/[a-z-]+@\d+$/);
  }
});
