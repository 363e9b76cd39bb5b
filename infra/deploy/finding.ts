/** A problem that a check found in a template. */
export interface Finding {
  readonly tool: 'cfn-lint' | 'checkov' | 'cfn-guard' | 'sums';
  /** The name of the rule in the tool: E3682, CKV_AWS_27, event_source_is_limited. */
  readonly rule: string;
  /** The logical id, if it concerns one resource. */
  readonly resource: string;
  readonly message: string;
}
