import { type Bar, type Chart, short } from '../result.ts';

/** Pixels. */
const WIDTH = 760;
const LABELS = 250;
const FIGURES = 90;
const BAR = 16;
const GAP = 5;
const HEADING = 26;
const TITLE = 34;

/** Legible on white and on black: text follows the reader's color scheme, and bars have medium brightness. */
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #333 }
  .title { font-weight: 600; font-size: 15px }
  .group { font-weight: 600 }
  .ours { fill: #2a7de1 }
  .other { fill: #8a8f98 }
  @media (prefers-color-scheme: dark) { text { fill: #ddd } }`;

/** A bar chart as SVG, all bars on one scale from 0. */
export function drawChart({ title, unit, groups }: Chart): string {
  const most = Math.max(...groups.flatMap(({ bars }) => bars.map(({ value }) => value)));
  let y = TITLE;
  const lines = [text(0, 18, `${title} (${unit})`, 'title')];
  for (const group of groups) {
    lines.push(text(0, y + 17, group.title, 'group'));
    y += HEADING;
    for (const bar of group.bars) {
      lines.push(...drawBar(bar, y, most));
      y += BAR + GAP;
    }
    y += GAP;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img" aria-label="${escapeXml(title)}">
<style>${STYLE}
</style>
${lines.join('\n')}
</svg>
`;
}

function drawBar({ label, value, ours }: Bar, y: number, most: number): string[] {
  const width = most > 0 ? (value / most) * (WIDTH - LABELS - FIGURES) : 0;
  return [
    text(12, y + 12, label),
    `<rect class="${ours ? 'ours' : 'other'}" x="${LABELS}" y="${y}" width="${width.toFixed(1)}" height="${BAR}"/>`,
    text(LABELS + width + 6, y + 12, short(value)),
  ];
}

function text(x: number, y: number, content: string, style?: string): string {
  return `<text x="${x.toFixed(0)}" y="${y}"${style ? ` class="${style}"` : ''}>${escapeXml(content)}</text>`;
}

function escapeXml(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
