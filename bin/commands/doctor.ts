export const doctor = async (_: readonly string[]): Promise<number> => 2;
