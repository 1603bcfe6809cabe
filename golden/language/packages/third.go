package packages

const later, limit = 5, 200
