import type { HolderRow, WatchView } from '../../model/watching.ts';
import { renderJson } from '../json.ts';

const holderJson = ({ holder, series: _, ...row }: HolderRow): unknown => ({
  pid: holder.kind === 'process' ? holder.pid : null,
  command: holder.kind === 'process' ? holder.command : null,
  ...row,
});

/** JSON leaves these as they are; a terminal obeys some of them. */
const STEERING = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** One look as one line of JSON; each analysis is that of DESIGN.md's contract. */
export const renderLook = (view: WatchView): string => {
  const { series: _, ...ports } = view.ports;
  const { analyses, ...rest } = { ...view, ports, holders: view.holders.map(holderJson) };
  const line = `${JSON.stringify(rest).slice(0, -1)},"analyses":[${analyses.map(renderJson).join(',')}]}`;
  return line.replaceAll(STEERING, escaped);
};
