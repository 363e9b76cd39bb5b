/** What a check says is wrong with a template. */
export interface Finding {
  readonly tool: 'cfn-lint' | 'checkov' | 'cfn-guard' | 'sums';
  /** As the tool names it: E3682, CKV_AWS_27, event_source_is_limited. */
  readonly rule: string;
  /** The logical id, where it is about one resource. */
  readonly resource: string;
  readonly message: string;
}
