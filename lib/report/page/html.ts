/**
 * HTML by tagged templates in which every value is escaped, unless it is HTML already. Written here: libraries that do this are either
 * as small, or bring a rendering framework; what is escaped must be seen at a glance (OWASP, "Cross Site Scripting Prevention": text and
 * quoted attributes).
 */
export interface Html {
  readonly markup: string;
}

type Value = string | number | Html | null | readonly Value[];

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

const markupOf = (value: Value): string => {
  if (value === null) return '';
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  return 'markup' in value ? value.markup : value.map(markupOf).join('');
};

/** Attributes must be quoted where it is used. */
export const html = (parts: TemplateStringsArray, ...values: readonly Value[]): Html => ({
  markup: parts.reduce((text, part, i) => `${text}${part}${i < values.length ? markupOf(values[i] ?? null) : ''}`, ''),
});

/** Our own style sheet or script: never anything that was uploaded. */
export const trusted = (markup: string): Html => ({ markup });
