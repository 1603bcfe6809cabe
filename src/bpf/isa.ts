/** The instruction table (being filled). */
export type IsaName = string;
