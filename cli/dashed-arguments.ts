import { type CommandName, type CommandOption, commandEntry } from '../schemas/command-table.ts';
import { nearest } from './nearest.ts';

const HELP = ['--help', '-h'];

/** A word that can only be meant as an option: `--jsno`, `--nope=1`. */
const LOOKS_LIKE_OPTION = /^--[a-z]+(-[a-z]+)*(=.*)?$/;

/**
 * The arguments of a command with its dashes sorted out, for clipanion, which takes each argument
 * that begins with one for an option:
 *
 * * the value of an option is what follows it, also `- a choice`, unless that is an option itself;
 * * where the command takes a text, an argument that is no option of it is text: `- first point`.
 *   Not so one that is nearly an option (`--jsno`), nor one more than the command takes.
 *
 * @example
 * sortDashes('answer', ['answer', '- first point', '--json']);
 * // ['answer', '--json', '--', '- first point']
 */
export function sortDashes(name: CommandName, line: readonly string[]): string[] {
  const { path, options, takes } = commandEntry(name);
  const args = line.slice(path.length);
  const cut = args.indexOf('--');
  const { bound, texts, dashed } = sorted(cut < 0 ? args : args.slice(0, cut), options);
  const behind = cut < 0 ? [] : args.slice(cut + 1);
  const fits = takes !== undefined && texts.length + behind.length <= takes.length;
  const unknown = dashed.filter((arg) => !fits || isMisspelt(arg, options));
  const positionals = [...texts.filter((arg) => !unknown.includes(arg)), ...behind];
  const isPlain = cut < 0 && unknown.length === dashed.length;
  return [...path, ...bound, ...unknown, ...(isPlain ? [] : ['--']), ...positionals];
}

interface Sorted {
  /** Options with their values. */
  bound: string[];
  /** Whatever is none, in its order. */
  texts: string[];
  /** Those of the texts that begin with a dash. */
  dashed: string[];
}

function sorted(args: readonly string[], options: readonly CommandOption[]): Sorted {
  const [bound, texts, dashed]: [string[], string[], string[]] = [[], [], []];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    const option = optionOf(arg, options);
    const next = args[at + 1];
    if (option === undefined) {
      texts.push(arg);
      if (arg.startsWith('-') && arg !== '-') dashed.push(arg);
    } else if (option.takesValue && next !== undefined && !optionOf(next, options)) {
      bound.push(`${option.name}=${next}`);
      at += 1;
    } else {
      bound.push(arg);
    }
  }
  return { bound, texts, dashed };
}

/** The option that an argument is, and whether its value is the next; undefined for none. */
function optionOf(
  arg: string,
  options: readonly CommandOption[],
): { name: string; takesValue: boolean } | undefined {
  if (HELP.includes(arg)) return { name: arg, takesValue: false };
  for (const { flags, value } of options) {
    const names = flags.split(',');
    const [name = ''] = names;
    if (names.includes(arg)) return { name, takesValue: value !== undefined };
    const isBound = arg.startsWith(`${name}=`);
    const isDenied = value === undefined && arg === `--no-${name.slice(2)}`;
    if (isBound || isDenied || isBatch(arg, options)) return { name: arg, takesValue: false };
  }
  return undefined;
}

/** `-fn`: several of one letter. */
function isBatch(arg: string, options: readonly CommandOption[]): boolean {
  if (!/^-[a-zA-Z]{2,}$/.test(arg)) return false;
  const short = options.flatMap(({ flags }) =>
    flags.split(',').filter((name) => name.length === 2),
  );
  return [...arg.slice(1)].every((letter) => short.includes(`-${letter}`));
}

function isMisspelt(arg: string, options: readonly CommandOption[]): boolean {
  const known = [...HELP, ...options.flatMap(({ flags }) => flags.split(','))];
  const names = known.filter((name) => name.startsWith('--'));
  return LOOKS_LIKE_OPTION.test(arg) && nearest(arg.replace(/=.*$/s, ''), names) !== undefined;
}
