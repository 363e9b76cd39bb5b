import { afterEach, describe, expect, test } from '@jest/globals';
import { readTraceparent, traceIdOf, traceparentOfInvocation } from '../../lib/observability/traceparent.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';

describe('a traceparent', () => {
  test('a traceparent is read as in W3C Trace Context', () => {
    expect(readTraceparent(`00-${TRACE_ID}-${SPAN_ID}-01`)).toBe(`00-${TRACE_ID}-${SPAN_ID}-01`);
    expect(traceIdOf(`00-${TRACE_ID}-${SPAN_ID}-01`)).toBe(TRACE_ID);
  });

  test.each([
    undefined,
    '',
    TRACE_ID,
    `00-${TRACE_ID.toUpperCase()}-${SPAN_ID}-01`,
    `00-${'0'.repeat(32)}-${SPAN_ID}-01`,
    `00-${TRACE_ID}-${'0'.repeat(16)}-01`,
    `ff-${TRACE_ID}-${SPAN_ID}-01`,
    `00-${TRACE_ID}-${SPAN_ID}-01,00-${TRACE_ID}-${SPAN_ID}-01`,
    `00-${TRACE_ID}-${SPAN_ID}-01\n`,
  ])('an invalid traceparent is ignored: %j', (text) => {
    expect(readTraceparent(text)).toBeUndefined();
  });
});

describe('the trace of an invocation', () => {
  afterEach(() => {
    delete process.env._X_AMZN_TRACE_ID;
  });

  test('the trace of an invocation is the one in which Lambda runs it', () => {
    process.env._X_AMZN_TRACE_ID =
      'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=557abcec3ee5a047;Sampled=1;Lineage=a:0';
    expect(traceparentOfInvocation()).toBe('00-5759e988bd862e3fe1be46a994272793-557abcec3ee5a047-01');
  });

  test('the trace of an invocation keeps its id even if it is not recorded', () => {
    process.env._X_AMZN_TRACE_ID = 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0';
    expect(traceparentOfInvocation()).toMatch(/^00-5759e988bd862e3fe1be46a994272793-[0-9a-f]{16}-00$/);
  });

  test.each(['', 'Root=1-5759e988', 'nonsense'])('the trace of an invocation is new if there is none: %j', (header) => {
    process.env._X_AMZN_TRACE_ID = header;
    const traces = new Set(Array.from({ length: 100 }, () => readTraceparent(traceparentOfInvocation())));
    expect(traces.has(undefined)).toBe(false);
    expect(traces.size).toBe(100);
  });
});
