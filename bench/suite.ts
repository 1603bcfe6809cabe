/**
 * The benchmark suite: its rows, what is to be reached, and what others published.
 *
 *     { row: 3, name: 'xdpexception', goal: { speed: 17, size: 15 }, published: { k2: 16, merlin: 17 } }
 *
 * Each name is a program in programs/, in Go and in C. Figures are slots of eight bytes.
 */

export interface Row {
  readonly row: number;
  /** programs/NAME.go and programs/NAME.c. */
  readonly name: string;
  readonly goal: { readonly speed: number; readonly size: number };
  /** K2 (SIGCOMM 2021) and Merlin (ASPLOS 2024). */
  readonly published: { readonly k2: number | null; readonly merlin: number | null };
}

const row = (
  number: number,
  name: string,
  speed: number,
  size: number,
  k2: number | null = null,
  merlin: number | null = null,
): Row => ({ row: number, name, goal: { speed, size }, published: { k2, merlin } });

export const suite: readonly Row[] = [
  row(1, 'hello', 9, 9),
  row(2, 'sysenteropen', 7, 7, 20, 18),
  row(3, 'xdpexception', 17, 15, 16, 17),
  row(4, 'xdpredirecterr', 17, 15, 16),
  row(5, 'xdppktcntr', 20, 19, 19, 20),
  row(6, 'pidcount', 23, 23),
  row(7, 'cpumapkthread', 23, 18, 18, 19),
  row(7, 'cpumapenqueue', 25, 21, 21, 22),
  row(8, 'devmapxmit', 32, 25, 29, 30),
  row(9, 'portdrop', 32, 32),
  row(10, 'xdpredirect', 31, 31, 35, 36),
  row(11, 'xdp1', 39, 38, 56, 55),
  row(11, 'xdp2', 52, 51, 71, 69),
  row(12, 'execsnoop', 56, 54),
  row(12, 'exitsnoop', 72, 70),
  row(13, 'sockfilter', 66, 64),
  row(14, 'xdpfw', 60, 58, 65),
  row(15, 'udpecho', 64, 62),
  row(16, 'xdprouter', 95, 92, 99, 100),
  row(17, 'xdpfwd', 113, 108, 128, 120),
  row(18, 'iptunnel', 200, 190),
  // 560 and 520 beside a C version of 660 slots: ours of 538, whose parts clang inlines, asks for as much.
  row(19, 'l4lb', 456, 424),
];
