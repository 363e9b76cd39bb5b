// Global types of the console, so that its files need not import them. None of this is served.

type Status = 'Pending' | 'Processing' | 'Completed' | 'Failed' | 'Cancelled';

interface Order {
  order_id: string;
  status: Status;
  user_id: number;
  item_ids: number[];
  /** Exact decimal text. */
  total_amount: string;
  /** Seconds. */
  processing_time: number | null;
  created_at: string;
  finished_at: string | null;
  attempts: number;
  crashes: number;
  next_attempt_at: string | null;
  reason_code: string | null;
  reason: string | null;
  next_states: Status[];
}

interface OrderPage {
  orders: Order[];
  next_cursor: string | null;
}

interface HistoryEntry {
  at: string;
  from: Status | null;
  to: Status;
  attempt: number;
  reason_code: string | null;
  reason: string | null;
  actor: string;
}

interface Minute {
  minute: string;
  created: number;
  completed: number;
  failed: number;
  retried: number;
  cancelled: number;
  processing_seconds: { average: number | null; p95: number | null };
}

interface Metrics {
  status_counts: Record<Status, number>;
  oldest_pending_seconds: number;
  window: {
    minutes: number;
    processing_seconds: { average: number | null; p50: number | null; p95: number | null };
    failures: Record<string, number>;
    per_minute: Minute[];
  };
}

interface Processing {
  paused: boolean;
  since: string | null;
  actor: string | null;
  reason: string | null;
}

interface FailureGroup {
  reason_code: string | null;
  orders: number;
  oldest: string | null;
  newest: string | null;
}

interface RedriveOutcome {
  order_ids: string[];
  capped: number;
}

interface DeadLetter {
  message_id: string;
  body: string;
  sent_at: string;
  receive_count: number;
  order_id: string | null;
}

/** What the API answers to a GET. */
type AnswerTo<Path extends string> = Path extends `metrics${string}`
  ? { data: Metrics }
  : Path extends 'health'
    ? { checks: Record<string, string> }
    : Path extends 'processing'
      ? Processing
      : Path extends 'failures'
        ? { failures: FailureGroup[] }
        : Path extends 'dead-letters'
          ? { dead_letters: DeadLetter[]; approximate_count: number }
          : Path extends `orders?${string}`
            ? OrderPage
            : Path extends `orders/${string}/history`
              ? { history: HistoryEntry[] }
              : Path extends `orders/${string}`
                ? Order
                : never;

interface FieldError {
  path: string;
  message: string;
}

type Child = Node | string | number | null | undefined | false;
type Props = Record<string, string | number | boolean | undefined | ((event: Event) => void)>;

/** A page of the console. */
interface View {
  title: string;
  content: Element[];
  /** Asks the API, and shows what it says. */
  refresh(signal: AbortSignal): Promise<unknown>;
  /** Milliseconds between two refreshes; without, only when somebody asks for it. */
  everyMs?: number;
}

/** What a dialog says that asks for a reason. */
interface Words {
  title: string;
  text: string;
  submit: string;
  dismiss: string;
  danger?: boolean;
  /** Said when it is done. */
  done: string;
}

interface FieldOptions {
  /** What the API calls it, so that its complaints find their field. */
  name: string;
  label: string;
  value?: string;
  hint?: string;
  type?: string;
  inputmode?: string;
  required?: boolean;
  maxlength?: number;
}

interface Field {
  row: HTMLElement;
  input: HTMLInputElement;
  name: string;
  /** Shows what is wrong; nothing, when it is empty. */
  complain(message: string): void;
}

interface DialogOptions {
  title: string;
  /** Complaints of the API go to their fields. */
  content: (Child | Field)[];
  /** What the button says that does it. */
  submit: string;
  /** Whether that cannot be undone. */
  danger?: boolean;
  /** What the button says that does not do it. */
  dismiss?: string;
  /** Another button. */
  extra?: HTMLButtonElement | false;
  /** Answers whether all is done, so that the dialog may close. */
  onSubmit(): Promise<boolean>;
  onClose?(): void;
}

/** One quantity by the minute. Bars are stacked on each other, in their order; lines are drawn over them. */
interface Series {
  name: string;
  kind: 'bar' | 'line';
  /** A class of style.css. */
  colour: string;
  /** One a minute; null where there is nothing to tell. */
  values: (number | null)[];
  /** Of the whole time. */
  overall: number | null;
}

interface Chart {
  element: HTMLElement;
  show(minutes: Date[], series: Series[]): void;
}

/** HTML of this tag with its classes; the props may be left out. */
type MakeHtml = <Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag | `${Tag}.${string}`,
  props?: Props | Child,
  ...children: Child[]
) => HTMLElementTagNameMap[Tag];

type MakeSvg = <Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  props: Props,
  text?: string,
) => SVGElementTagNameMap[Tag];

/** The place of a value in a picture, in pixels. */
type Scale = (value: number) => number;

type Format = (value: number) => string;
