// The page types of the contact sheet: a name, a path, and the role that looks. A new page type gets a line here.
export const pages = [{ name: 'login', path: '/login' }]
