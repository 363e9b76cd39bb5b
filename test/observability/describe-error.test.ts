import { RDSDataServiceException } from '@aws-sdk/client-rds-data';
import { describe, expect, test } from '@jest/globals';
import { toDatabaseError } from '../../lib/database/data-api-error.ts';
import { describeError } from '../../lib/observability/describe-error.ts';

/** What a customer sent. */
const MARK = 'marked-5309';

const refusedByDataApi = (name: string, message: string) =>
  toDatabaseError(new RDSDataServiceException({ name, message, $fault: 'client', $metadata: { httpStatusCode: 400 } }));

const logged = (error: unknown) => JSON.stringify(describeError(error));

describe('the log entry of an error of the RDS Data API', () => {
  test.each([`'${MARK}'`, `"${MARK}"`])(
    'the log entry of a Data API error omits what AWS quotes, such as a parameter: %s',
    (quoted) => {
      const error = refusedByDataApi('ValidationException', `Value ${quoted} at 'parameters' is too long`);

      expect(error.message).toContain(MARK);
      expect(describeError(error).message).toBe('RDS Data API: ValidationException: Value ');
      expect(logged(error)).not.toContain(MARK);
    },
  );

  test.each(['40P01', '42804', '53100'])(
    'the log entry of a Data API error with SQLSTATE %s has only the first line, because the next contains values',
    (state) => {
      const message = `ERROR: what went wrong\n  Detail: Failing row contains (${MARK}); SQLState: ${state}`;
      const error = refusedByDataApi('DatabaseErrorException', message);

      expect(describeError(error)).toMatchObject({ code: state, message: 'ERROR: what went wrong' });
      expect(logged(error)).not.toContain(MARK);
    },
  );
});

describe('the code of an error', () => {
  test.each(['ECONNREFUSED', 'card_declined', 'bank:limit.2', '40P01'])(
    'the code of an error is logged if it is a word: %s',
    (code) => {
      expect(describeError(Object.assign(new Error(MARK), { code }))).toMatchObject({ code });
    },
  );

  test.each([`card of ${MARK} declined`, `${MARK} `, `x\n${MARK}`, `${MARK}${'x'.repeat(100)}`, ''])(
    'the code of an error is omitted if it is a sentence: %j',
    (code) => {
      const error = Object.assign(new Error('no'), { code });

      expect(describeError(error)).not.toHaveProperty('code');
      expect(logged(error)).not.toContain(MARK);
    },
  );
});
