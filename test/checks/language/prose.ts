/** One piece of text that people read: a comment, a string literal with words, or the prose of a document. */
export interface Prose {
  readonly line: number;
  readonly text: string;
}

/** Comments and string literals. A template's text ends at an expression, so that no code counts as text. */
const CODE =
  /(?<comment>\/\*[\s\S]*?\*\/|(?<![:\\])\/\/[^\n]*(?:\n[ \t]*\/\/[^\n]*)*)|'(?<single>(?:[^'\\\n]|\\.)*)'|"(?<double>(?:[^"\\\n]|\\.)*)"|`(?<template>(?:[^`\\]|\\.)*)`/g;

/** The prose of a file. Quotations in backticks are code or other programs' words, and do not count. */
export function proseOf(path: string, content: string): Prose[] {
  const pieces = path.endsWith('.md')
    ? markdown(content)
    : /\.(ts|js|mjs)$/.test(path)
      ? code(content)
      : comments(content);
  return pieces.flatMap(({ line, text }) => {
    const plain = text
      .replace(/`[^`\n]*`/g, '`…`')
      .replace(/\$\{[^}]*\}/g, '…')
      .replace(/\n\s*(\*|\/\/|#|--)(?=\s)/g, ' ')
      .replace(/\s+/g, ' ');
    return plain.includes(' ') ? [{ line, text: plain }] : [];
  });
}

function code(content: string): Prose[] {
  return [...content.matchAll(CODE)].flatMap((match) => {
    const { comment, single, double, template } = match.groups ?? {};
    const line = content.slice(0, match.index).split('\n').length;
    const text = comment ?? single ?? double ?? template ?? '';
    return [{ line, text }];
  });
}

/** By paragraph, without fenced code. */
function markdown(content: string): Prose[] {
  let line = 1;
  let isFenced = false;
  return content.split(/(?<=\n)/).reduce<Prose[]>((pieces, text) => {
    if (/^\s*```/.test(text)) isFenced = !isFenced;
    else if (!isFenced && text.trim() !== '') {
      const last = pieces.at(-1);
      const continues =
        last && last.line + last.text.split('\n').length - 1 === line && !/^\s*([-*|#]|\d+\.)/.test(text);
      if (continues) pieces[pieces.length - 1] = { line: last.line, text: last.text + text };
      else pieces.push({ line, text });
    }
    line += 1;
    return pieces;
  }, []);
}

/** Of YAML, SQL, Python and shell: runs of lines that are comments. */
function comments(content: string): Prose[] {
  return [...content.matchAll(/(?:(?:^|(?<=\s))(?:#|--)\s[^\n]*(?:\n\s*)?)+/gm)].map((match) => ({
    line: content.slice(0, match.index).split('\n').length,
    text: match[0].replace(/^(#|--)\s/, ''),
  }));
}
