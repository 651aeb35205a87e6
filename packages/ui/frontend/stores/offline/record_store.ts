/** Where records are kept in a browser, by a key; nothing here ever fails. */

export interface RecordStore {
  /** Return a record; undefined for none. */
  read(key: string): Promise<unknown>;
  write(key: string, value: unknown): Promise<void>;
  remove(key: string): Promise<void>;
  /** Remove every record whose key begins with a text. */
  removeAll(prefix: string): Promise<void>;
  /** Return the records whose keys begin with a text, in the order of their keys. */
  list(prefix: string): Promise<unknown[]>;
}
