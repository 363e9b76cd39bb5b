/** A form that the project's texts do not use, and what to write instead. */
export interface Banned {
  readonly form: RegExp;
  readonly instead: string;
}

const UNITS =
  'second|minute|hour|day|month|request|order|send|batch|line|test|file|key|row|commit|container|statement|transaction|connection';
const COUNTED =
  '\\d[\\d,.]*|one|two|three|ten|many|messages|lines|requests|orders|bytes|rows|statements|entries|entry|connections|pages|batches|dollars|kB|MB|ms|transactions|commits|invocations';

export const BANNED: readonly Banned[] = [
  { form: /\bafresh\b/i, instead: 'again, or from the start' },
  { form: /\bmend(s|ed|ing)?\b/i, instead: 'fix' },
  { form: /\b(told|tells?|telling) (\w+ ){0,2}apart\b/i, instead: 'distinguish, or authenticate' },
  { form: /\btime-outs?\b/i, instead: 'timeout' },
  { form: /\bthereupon\b|\bwhence\b|\bheeds?\b|\bheeded\b/i, instead: 'a plain word' },
  { form: /\bbesides?\b/i, instead: 'also, next to or alongside' },
  { form: /\bmeanwhile\b/i, instead: 'in the meantime, or name the time' },
  { form: /\bwhoever\b|\bwhomever\b/i, instead: 'the caller, the reader: name the actor' },
  { form: /\bby right\b|\bin a while\b/i, instead: 'expectedly, later' },
  { form: /\b(hasten(s|ed|ing)?|demands|demanded|demanding)\b/i, instead: 'make due now; require or validate' },
  {
    form: /(?<!\bthere )\b(is|are|was|were|be|being) no (?!longer|more\b|later\b|less|fewer|other\b|such\b|need\b|way\b|larger|smaller)/i,
    instead: 'is not a, or has no',
  },
  { form: /\bknows? no\b/i, instead: 'does not know, or has no' },
  {
    form: /\b(an|the|its|each|every|this|that|first|same|batch|lost|malformed|partial|whose|earlier) answers?\b|\banswers of\b|\banswers (that|from)\b/i,
    instead: 'response (HTTP), result or reply',
  },
  {
    form: /\b(is|are|was|were|be|been) answered\b|\banswer(s|ed)? (with )?\d{3}\b/i,
    instead: 'returns, or the response is',
  },
  {
    form: /\b(of|the|its|all|many|both|five|two|more|few|count of|between) tries\b|\b(another|next|each|every|first|last|second|this|which) try\b/i,
    instead: 'attempt',
  },
  { form: /(?<!dead )(?<!dead-)(?<!in )\b(the|a|each|its|no|which|every) letters?\b/i, instead: 'dead letter' },
  { form: /\bfigures\b/i, instead: 'metrics, results or numbers' },
  { form: /\b(the|do(es)?|these|those) sums\b/i, instead: 'sizing checks, or calculation' },
  { form: new RegExp(`\\b(${COUNTED}) an? (${UNITS})\\b`, 'i'), instead: 'per' },
  { form: /\b(a|an) (\w+ )?of (its|their|our) own\b/i, instead: 'its own …' },
  { form: /\b(of|by) ours\b/i, instead: "this service's, the project's" },
  {
    form: /\bnobody else's\b|(?<!none |each |one |some |all |both |most |any )\bof which\b|\bthat which\b/i,
    instead: 'two sentences, with the actor named',
  },
];
