const PORTS = 65_536;
/** Fewer are counted faster by a set than by a mark for each port that there is. */
const FEW = 512;

/** How many different ports. */
export const distinctPorts = (ports: readonly number[]): number => {
  if (ports.length < FEW) return new Set(ports).size;
  const seen = new Uint8Array(PORTS + 1);
  let count = 0;
  for (const port of ports) {
    // One beyond the last port stands for none.
    const place = port < 0 ? PORTS : port;
    if (seen[place] === 0) count += 1;
    seen[place] = 1;
  }
  return count;
};
