fn main() {
    let args: Vec<String> = std::env::args().collect();
    let path = std::path::Path::new(&args[2]);
    let folder = forkcast::model::files::Folder(path.parent().unwrap().to_owned());
    let mut file = forkcast::model::ScenarioFile::read(&folder, path.file_name().unwrap().to_str().unwrap()).unwrap();
    let get = |k: &str| args.iter().position(|a| a == k).map(|i| args[i + 1].clone());
    let set = file.settings(&get("--set").into_iter().collect::<Vec<_>>()).unwrap();
    let variant = get("--variant");
    let mut overrides = variant.as_deref().map(|v| file.variant(v).unwrap()).unwrap_or_default();
    overrides.extend(set.clone());
    let (scenario, errors) = file.with(&folder, &overrides);
    eprint!("{}", forkcast::diagnostic::render(&file.sources, &errors, Default::default()));
    let Some(scenario) = scenario else { std::process::exit(1) };
    let request = forkcast::simulation::Request {
        futures: get("--futures").map(|f| f.parse().unwrap()),
        seed: get("--seed").map(|f| f.parse().unwrap()),
        threads: get("--threads").map(|f| f.parse().unwrap()),
        variant: variant.as_deref(),
        set: &set,
        ..Default::default()
    };
    if args.contains(&"--program".to_string()) {
        println!("{}", scenario.program(1));
        return;
    }
    match forkcast::simulation::simulate(&file, &scenario, &request) {
        Ok(result) => println!("{}", serde_json::to_string(&result).unwrap()),
        Err(forkcast::diagnostic::Failure::Scenario(d)) => {
            eprint!("{}", forkcast::diagnostic::render(&file.sources, &d, Default::default()));
            std::process::exit(1)
        }
        Err(e) => {
            eprintln!("{e:?}");
            std::process::exit(1)
        }
    }
}
