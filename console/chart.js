import { h, svg, update } from './dom.js';
import { clock } from './format.js';

// Pixels.
const HEIGHT = 190;
const TOP = 8;
const LEFT = 48;
const RIGHT = 4;
const INNER_HEIGHT = HEIGHT - TOP - 22;

/** @param {string} title @param {Format} format @returns {Chart} */
export function makeChart(title, format) {
  const legend = h('ul.legend');
  const caption = h('span.hint');
  const plot = svg('svg', { role: 'img', height: HEIGHT });
  const table = h('table');
  const numbers = h('details', h('summary', 'As a table'), table);
  const element = h('figure.card', h('figcaption.title', h('h2', title), caption), legend, plot, numbers);

  /** @type {Date[]} */
  let minutes = [];
  /** @type {Series[]} */
  let series = [];
  /** The index of the minute under the pointer. */
  let pointed = -1;

  /** @type {Tell} */
  const tell = (value) => (typeof value === 'number' ? format(value) : '–');
  const draw = () => {
    const at = minutes[pointed];
    caption.textContent = at ? `minute ${clock(at)}` : `last ${minutes.length} minutes`;
    const items = series.map(({ name, colour, values, overall }) =>
      h('li', { class: colour }, `${name} `, h('b', tell(at ? values[pointed] : overall))),
    );
    update(legend, items);
    const width = Math.max(plot.clientWidth, 200);
    plot.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
    plot.ariaLabel = `${title}. ${series.map(({ name, overall }) => `${name}: ${tell(overall)}`).join(', ')}`;
    plot.replaceChildren(...picture(minutes, series, width, format, pointed));
    if (numbers.open) table.replaceChildren(...tableOf(minutes, series, tell));
  };

  plot.addEventListener('pointermove', ({ offsetX }) => {
    const share = (offsetX - LEFT) / (plot.clientWidth - LEFT - RIGHT);
    pointed = Math.floor(share * minutes.length);
    draw();
  });
  plot.addEventListener('pointerleave', () => {
    pointed = -1;
    draw();
  });
  numbers.addEventListener('toggle', draw);
  new ResizeObserver(draw).observe(element);
  return {
    element,
    show(newMinutes, newSeries) {
      minutes = newMinutes;
      series = newSeries;
      draw();
    },
  };
}

/** Newest minute first. @param {Date[]} minutes @param {Series[]} series @param {Tell} tell */
function tableOf(minutes, series, tell) {
  const head = ['minute', ...series.map(({ name }) => name)].map((name) => h('th.number', { scope: 'col' }, name));
  const rows = minutes.map((minute, place) =>
    h('tr', h('td.number', clock(minute)), ...series.map(({ values }) => h('td.number', tell(values[place])))),
  );
  return [h('thead', h('tr', ...head)), h('tbody', ...rows.reverse())];
}

/** @param {Date[]} minutes @param {Series[]} series @param {number} width @param {Format} format @param {number} pointed */
function picture(minutes, series, width, format, pointed) {
  const bars = series.filter(({ kind }) => kind === 'bar');
  const lines = series.filter(({ kind }) => kind === 'line');
  const stacks = minutes.map((_, place) => bars.reduce((sum, { values }) => sum + (values[place] ?? 0), 0));
  const highest = Math.max(...stacks, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const { top, step } = niceScale(highest);
  const band = (width - LEFT - RIGHT) / minutes.length;
  /** @type {Scale} */
  const x = (place) => LEFT + place * band;
  /** @type {Scale} */
  const y = (value) => TOP + INNER_HEIGHT * (1 - value / top);

  const grid = Array.from({ length: Math.round(top / step) + 1 }, (_, line) => line * step).flatMap((value) => [
    svg('path', { class: value === 0 ? 'axis' : 'grid', d: `M${LEFT} ${y(value)}H${width - RIGHT}` }),
    svg('text', { y: y(value) + 4 }, value === 0 ? '0' : format(value)),
  ]);
  const labels = minutes.flatMap((minute, place) => {
    const at = x(place) + band / 2;
    if (minute.getMinutes() % 15 !== 0 || at > width - 18) return [];
    return [svg('text', { x: at, y: HEIGHT - 5, 'text-anchor': 'middle' }, clock(minute))];
  });
  const box = { class: 'pointed', x: x(pointed), y: TOP, width: band, height: INNER_HEIGHT };
  return [
    ...grid,
    ...labels,
    ...(minutes[pointed] ? [svg('rect', box)] : []),
    ...minutes.flatMap((_, place) => stack(bars, place, x(place), band, y)),
    ...lines.flatMap((line) => drawLine(line, (place) => x(place) + band / 2, y)),
  ];
}

/** The end of a scale from 0, and the distance of its lines: 1, 2 or 5 times a power of ten. @param {number} highest */
function niceScale(highest) {
  if (highest <= 0) return { top: 1, step: 1 };
  const rough = highest / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  return { top: Math.ceil(highest / step) * step, step };
}

/** @param {Series[]} bars @param {number} place @param {number} x @param {number} band @param {Scale} y */
function stack(bars, place, x, band, y) {
  const width = Math.max(band - 1, 1);
  let below = 0;
  return bars.flatMap(({ values, colour }) => {
    const value = values[place] ?? 0;
    const bottom = y(below);
    below += value;
    return value > 0 ? [svg('rect', { class: colour, x, y: y(below), width, height: bottom - y(below) })] : [];
  });
}

/** A line for each stretch without a gap. @param {Series} line @param {Scale} x @param {Scale} y */
function drawLine({ values, colour, isExact }, x, y) {
  /** @type {string[][]} */
  const stretches = [[]];
  // The current minute is incomplete, so its value would make the line drop each time.
  const isFalling = !isExact && Number(values.at(-1)) < Number(values.at(-2));
  values.slice(0, isFalling ? -1 : undefined).forEach((value, place) => {
    if (value === null) stretches.push([]);
    else stretches.at(-1)?.push(`${x(place)} ${y(value)}`);
  });
  // A line to its own start, with round ends, is a dot.
  return stretches
    .filter((points) => points.length > 0)
    .map((points) => svg('path', { class: colour, d: `M${points.join('L')}L${points.at(-1)}` }));
}
