import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@babel/parser';

export interface Literal {
  /** `lib/text/plain.ts:4` */
  readonly place: string;
  readonly source: string;
  readonly flags: string;
}

/** A call of the `RegExp` constructor, whose pattern no reader of the text can know. */
export interface Constructed {
  readonly place: string;
  readonly text: string;
}

interface Node {
  readonly type: string;
  readonly start?: number;
  readonly end?: number;
  readonly loc?: { readonly start: { readonly line: number } };
  readonly pattern?: unknown;
  readonly flags?: unknown;
  readonly callee?: { readonly type: string; readonly name?: unknown };
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

function* nodesOf(value: unknown): Generator<Node> {
  if (Array.isArray(value)) {
    for (const one of value) yield* nodesOf(one);
    return;
  }
  if (!isNode(value)) return;
  yield value;
  for (const [key, child] of Object.entries(value)) if (key !== 'loc' && key !== 'extra') yield* nodesOf(child);
}

const isConstructor = ({ type, callee }: Node): boolean =>
  (type === 'NewExpression' || type === 'CallExpression') && callee?.name === 'RegExp';

const sourcesIn = (root: string): readonly string[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.[jt]s$/.test(name) && !name.endsWith('.d.ts'))
    .map((name) => join(root, name));

/** Every regular expression that the sources under these folders write or make, as a parser reads them. */
export const expressionsIn = (
  roots: readonly string[],
): { readonly literals: readonly Literal[]; readonly constructed: readonly Constructed[] } => {
  const literals: Literal[] = [];
  const constructed: Constructed[] = [];
  for (const path of roots.flatMap(sourcesIn)) {
    const text = readFileSync(path, 'utf8');
    for (const node of nodesOf(parse(text, { sourceType: 'module', plugins: ['typescript'] }).program)) {
      const place = `${path}:${node.loc?.start.line}`;
      if (node.type === 'RegExpLiteral') literals.push({ place, source: String(node.pattern), flags: String(node.flags) });
      else if (isConstructor(node)) constructed.push({ place, text: text.slice(node.start, node.end) });
    }
  }
  return { literals, constructed };
};

/** `a|b(?:c|d)` as `a` and `b(?:c|d)`: what they cost adds up, so that each can be judged alone, and quickly. */
export const alternativesOf = (source: string): readonly string[] => {
  const all: string[] = [];
  let start = 0;
  let depth = 0;
  let isClass = false;
  for (let i = 0; i < source.length; i += 1) {
    const char = source[i];
    if (char === '\\') i += 1;
    else if (isClass) isClass = char !== ']';
    else if (char === '[') isClass = true;
    else if (char === '(') depth += 1;
    else if (char === ')') depth -= 1;
    else if (char === '|' && depth === 0) {
      all.push(source.slice(start, i));
      start = i + 1;
    }
  }
  return [...all, source.slice(start)];
};
