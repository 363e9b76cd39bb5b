import { describe, expect, test } from '@jest/globals';
import { kindOfSqlState } from '../../lib/database/database-error.ts';
import { DatabaseError, type DatabaseErrorKind } from '../../lib/errors.ts';

describe('the meaning of an SQLSTATE', () => {
  const meanings: [string | undefined, string, DatabaseErrorKind][] = [
    [undefined, 'no answer at all', 'unavailable'],
    ['40001', 'serialization_failure', 'contention'],
    ['40P01', 'deadlock_detected', 'contention'],
    ['55P03', 'lock_not_available', 'contention'],
    ['57014', 'query_canceled', 'unavailable'],
    ['57P01', 'admin_shutdown', 'unavailable'],
    ['57P02', 'crash_shutdown', 'unavailable'],
    ['57P03', 'cannot_connect_now', 'unavailable'],
    ['08006', 'connection_failure', 'unavailable'],
    ['53100', 'disk_full', 'unavailable'],
    ['53200', 'out_of_memory', 'unavailable'],
    ['53300', 'too_many_connections', 'unavailable'],
    ['58030', 'io_error', 'unavailable'],
    ['XX000', 'internal_error', 'unavailable'],
    ['25006', 'read_only_sql_transaction', 'unavailable'],
    ['25P03', 'idle_in_transaction_session_timeout', 'unavailable'],
    ['25P04', 'transaction_timeout', 'unavailable'],
    ['22003', 'numeric_value_out_of_range', 'refused'],
    ['22P05', 'untranslatable_character', 'refused'],
    ['23505', 'unique_violation', 'refused'],
    ['23514', 'check_violation', 'refused'],
    ['28000', 'invalid_authorization_specification', 'unavailable'],
    ['28P01', 'invalid_password', 'unavailable'],
    ['3D000', 'invalid_catalog_name', 'defect'],
    ['42601', 'syntax_error', 'defect'],
    ['42501', 'insufficient_privilege', 'defect'],
    ['42P01', 'undefined_table', 'defect'],
    ['54000', 'program_limit_exceeded', 'defect'],
    ['P0001', 'raise_exception', 'defect'],
  ];
  test.each(meanings)('SQLSTATE %s (%s) is %s', (sqlState, _, kind) => {
    expect(kindOfSqlState(sqlState)).toBe(kind);
  });

  test.each([
    ['unavailable', true],
    ['contention', true],
    ['refused', false],
    ['defect', false],
  ] as const)('%s is worth a retry: %s', (kind, retryable) => {
    expect(new DatabaseError('no', kind, undefined, undefined).retryable).toBe(retryable);
  });
});
