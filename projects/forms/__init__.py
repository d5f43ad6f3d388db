"""Forms of projects, a module for each subject. What a value may be is said in the operations; these only shape it."""
