import type { Command, Option } from './command.ts';

/** The usage line of a command: `npm run orders -- get <order id>`. */
export function invocationOf(name: string, rest: string): string {
  const [script, ...words] = name.split(' ');
  const npm = script === 'start' ? 'npm start' : `npm run ${script}`;
  const args = [...words, rest].filter(Boolean);
  return args.length > 0 ? `${npm} -- ${args.join(' ')}` : npm;
}

/** What `--help` prints. */
export function helpOf({ name, usage, does, options, examples = [] }: Command): string {
  const rows = Object.entries(options).map(([key, option]) => [`--${key}${placeholderOf(option)}`, textOf(option)]);
  const all = [...rows, ['-h, --help', 'prints this']];
  const width = Math.max(...all.map(([left = '']) => left.length));
  const indented = (text: string) => text.replaceAll('\n', `\n${' '.repeat(width + 5)}`);
  const sections = [
    usage.map((rest) => invocationOf(name, rest)).join('\n'),
    does,
    all.map(([left = '', right = '']) => `  ${left.padEnd(width)}   ${indented(right)}`).join('\n'),
  ];
  if (examples.length > 0) sections.push(`Examples\n${examples.map((example) => `  ${example}`).join('\n')}`);
  return sections.join('\n\n');
}

function placeholderOf(option: Option): string {
  if (option.type === 'boolean') return '';
  if (option.type === 'choice') return ` ${option.choices.join('|')}`;
  return ` ${option.type === 'integer' ? 'N' : option.value}`;
}

function textOf(option: Option): string {
  const bounds = option.type === 'integer' ? `, ${option.min} to ${option.max}` : '';
  const standard = 'default' in option && option.default !== '' ? ` (default ${option.default})` : '';
  return `${option.help}${bounds}${standard}`;
}
