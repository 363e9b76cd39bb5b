import { isUtc } from './zone.js';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
// The Swedish locale writes times as ISO 8601 does: they align, and month and day cannot be confused.
const dateTime = inZone({ dateStyle: 'short', timeStyle: 'medium' });
/** A time of day. */
export const clock = inZone({ timeStyle: 'short' });

/** @param {Intl.DateTimeFormatOptions} style @returns {(time: Date) => string} */
function inZone(style) {
  const local = new Intl.DateTimeFormat('sv', style);
  const utc = new Intl.DateTimeFormat('sv', { ...style, timeZone: 'UTC' });
  return (time) => (isUtc() ? utc : local).format(time);
}

/** @param {number} value */
export function count(value) {
  return whole.format(value);
}

/** `1 order`, `2 orders`. @param {number} value @param {string} noun */
export function counted(value, noun) {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** A decimal text with grouped thousands; a number could not represent it. @param {string} text */
export function amount(text) {
  const [units = '', decimals = ''] = text.split('.');
  return `${units.replace(/\B(?=(\d{3})+$)/g, ',')}.${decimals.padEnd(2, '0')}`;
}

/** @param {number | null} seconds */
export function duration(seconds) {
  if (seconds === null) return '–';
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${Number(seconds.toPrecision(3))} s`;
  const total = Math.round(seconds);
  const [days, hours, minutes] = [
    Math.trunc(total / 86_400),
    Math.trunc(total / 3600) % 24,
    Math.trunc(total / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return `${minutes} min ${total % 60} s`;
}

/** @param {string} iso */
export function moment(iso) {
  return dateTime(new Date(iso));
}

/** `3 min ago`, `in 2 h` @param {string} iso */
export function ago(iso) {
  const seconds = Math.round((Date.now() - Date.parse(iso)) / 1000);
  const [number, unit] = duration(Math.max(1, Math.abs(seconds))).split(' ');
  return seconds < 0 ? `in ${number} ${unit}` : `${number} ${unit} ago`;
}

/** @param {string} orderId */
export function hrefOf(orderId, owner = '') {
  return `#/orders/${encodeURIComponent(orderId)}${owner && `?owner=${encodeURIComponent(owner)}`}`;
}

/**
 * The API path of one order. In a path, `.` and `..` would be resolved.
 * @template {string} What @param {string} id @param {What} what @param {string | null} owner @returns {`order${What}?${string}`}
 */
export function pathOf(id, what, owner) {
  return `order${what}?order_id=${encodeURIComponent(id)}${owner ? `&owner=${encodeURIComponent(owner)}` : ''}`;
}
