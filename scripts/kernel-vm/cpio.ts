/** Archives in the "newc" format, which the kernel unpacks as its first root file system. */

export interface ArchiveEntry {
  /** Without a leading slash. */
  readonly path: string;
  readonly content:
    | { readonly kind: 'file'; readonly bytes: Uint8Array }
    | { readonly kind: 'folder' }
    | { readonly kind: 'link'; readonly to: string };
}

const modes = { file: 0o100755, folder: 0o040755, link: 0o120777 } as const;

function record(inode: number, path: string, mode: number, bytes: Uint8Array): Buffer {
  const name = Buffer.from(`${path}\0`);
  const fields = [inode, mode, 0, 0, 1, 0, bytes.length, 0, 0, 0, 0, name.length, 0];
  const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`);
  const padding = (length: number): Buffer => Buffer.alloc(-length & 3);
  return Buffer.concat([header, name, padding(header.length + name.length), bytes, padding(bytes.length)]);
}

/** Several archives may follow one another; the kernel unpacks them in order. */
export function archive(entries: readonly ArchiveEntry[]): Buffer {
  const records = entries.map(({ path, content }, index) => {
    const bytes =
      content.kind === 'file' ? content.bytes : Buffer.from(content.kind === 'link' ? content.to : '');
    return record(index + 1, path, modes[content.kind], bytes);
  });
  return Buffer.concat([...records, record(0, 'TRAILER!!!', 0, Buffer.alloc(0))]);
}

export const file = (path: string, bytes: Uint8Array | string): ArchiveEntry => ({
  path,
  content: { kind: 'file', bytes: typeof bytes === 'string' ? Buffer.from(bytes) : bytes },
});
export const folder = (path: string): ArchiveEntry => ({ path, content: { kind: 'folder' } });
export const link = (path: string, to: string): ArchiveEntry => ({ path, content: { kind: 'link', to } });
