import type { HolderRow, WatchView } from '../../model/watching.ts';
import { renderJson } from '../json.ts';

const holderJson = ({ holder, series: _, ...row }: HolderRow): unknown => ({
  pid: holder.kind === 'process' ? holder.pid : null,
  command: holder.kind === 'process' ? holder.command : null,
  ...row,
});

/** One look as one line of JSON; each analysis is that of DESIGN.md's contract. */
export const renderLook = (view: WatchView): string => {
  const { series: _, ...ports } = view.ports;
  const { analyses, ...rest } = { ...view, ports, holders: view.holders.map(holderJson) };
  return `${JSON.stringify(rest).slice(0, -1)},"analyses":[${analyses.map(renderJson).join(',')}]}`;
};
