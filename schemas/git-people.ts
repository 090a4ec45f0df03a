/** Who commits are by. */
export interface GitPerson {
  name: string;
  email: string;
}

/** `telegram/1001=Ann Lee <ann@example.com>`; what git would cut off a name or a mail address is in none. */
const ENTRY =
  /^([^/=\s]+\/[^/=\s]+)= *([^<>\p{Cc}]*[^<>\p{Cc}\s]) *<([^<>\s\p{Cc}]+@[^<>\s\p{Cc}]+)>$/u;

/** By channel and id of a person, `telegram/1001`; undefined where the text has another form. Pure. */
export function gitPeople(text: string): ReadonlyMap<string, GitPerson> | undefined {
  const people = new Map<string, GitPerson>();
  for (const entry of text.split(',').map((each) => each.trim())) {
    if (entry === '') continue;
    const [, person, name, email] = ENTRY.exec(entry) ?? [];
    if (person === undefined || name === undefined || email === undefined) return undefined;
    people.set(person, { name, email });
  }
  return people;
}
